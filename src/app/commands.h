#pragma once
// One maker a command; commands.cpp lists them in the order of help and docs.

#include <memory>

#include "app/command.h"

namespace lobule::app {

std::unique_ptr<Command> make_analyze_command();
std::unique_ptr<Command> make_annotate_agreement_command();
std::unique_ptr<Command> make_annotate_export_command();
std::unique_ptr<Command> make_annotate_import_command();
std::unique_ptr<Command> make_sort_command();
std::unique_ptr<Command> make_outlines_command();
std::unique_ptr<Command> make_convert_command();
std::unique_ptr<Command> make_demo_command();
std::unique_ptr<Command> make_density_command();
std::unique_ptr<Command> make_density_calibrate_command();
std::unique_ptr<Command> make_docs_command();
std::unique_ptr<Command> make_info_command();
std::unique_ptr<Command> make_models_command();
std::unique_ptr<Command> make_phantom_command();
std::unique_ptr<Command> make_train_command();
std::unique_ptr<Command> make_predict_command();

}  // namespace lobule::app
