#pragma once
// Weights as torch.save writes them (.pth, .pt, .bin, .ckpt), without torch and without running anything that
// a file brings. docs/formats/models.md states what is read and refused.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/tensor.h"

namespace lobule::io {

// The named tensors of a state dict, as float: of the dict itself or of the one below "state_dict",
// "model_state_dict", "network_weights", "model" or "net"; "module." and "_orig_mod." before all names are
// taken off. Both containers are read: the zip of torch 1.6 and later, and the one before. Strides and
// offsets are honoured, devices ignored. Throws Error (where: the path) when the file is damaged, asks for
// anything but tensors and plain values, or holds no named tensors. Memory stays below 16 bytes for each byte
// of the file and 128 for each byte of its pickle.
TensorMap read_torch_checkpoint(const std::filesystem::path& path);

// The same from the bytes of a file known as `where`.
TensorMap parse_torch_checkpoint(std::string_view bytes, const std::string& where);

// Weights in either format, told apart by their first bytes.
TensorMap read_weights(const std::filesystem::path& path);

}  // namespace lobule::io
