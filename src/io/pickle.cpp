#include "io/pickle.h"

#include <cstring>
#include <unordered_map>

#include "core/error.h"
#include "core/text.h"
#include "io/pickle_names.h"

namespace lobule::io {
namespace {

constexpr std::size_t kLongestPickle = 16 << 20;
constexpr std::size_t kMostValues = 2'000'000;

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {
    none_ = make(PickleKind::none);
  }

  Pickle run() {
    while (true) {
      at_ = position_;
      const unsigned op = number<std::uint8_t>();
      if (op == '.') break;
      if (!constant(op) && !container(op) && !memo(op) && !call(op)) {
        constexpr const char* kDigits = "0123456789abcdef";
        throw Error(where_,
                    std::string("its pickle uses the instruction 0x") + kDigits[op >> 4] + kDigits[op & 15],
                    "weights need none such");
      }
    }
    pickle_.root = pop();
    pickle_.size = position_;
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(where_, what, "at byte " + std::to_string(at_) + " of its pickle");
  }

  // Bytes.
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - position_) refuse("its pickle ends too early");
    if (position_ + size > kLongestPickle)
      throw Error(where_, "its pickle is longer than " + std::to_string(kLongestPickle >> 20) + " MiB");
    const std::string_view part = bytes_.substr(position_, size);
    position_ += size;
    return part;
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) refuse("its pickle ends too early");
    const std::string_view text = take(end - position_);
    take(1);
    return text;
  }

  // Values and the stack.
  PickleRef make(PickleKind kind) {
    if (pickle_.values.size() >= kMostValues)
      throw Error(where_, "its pickle makes more than " + std::to_string(kMostValues) + " values");
    pickle_.values.emplace_back().kind = kind;
    return static_cast<PickleRef>(pickle_.values.size() - 1);
  }
  PickleValue& value(PickleRef ref) { return pickle_.values[ref]; }
  void push(PickleRef ref) { stack_.push_back(ref); }
  bool push_integer(std::int64_t number, PickleKind kind = PickleKind::integer) {
    push(make(kind));
    value(stack_.back()).integer = number;
    return true;
  }
  bool push_text(std::string_view text) {
    push(make(PickleKind::text));
    value(stack_.back()).text = text;
    return true;
  }
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleRef top() const {
    if (stack_.size() <= floor()) refuse("its pickle takes more from its stack than is there");
    return stack_.back();
  }
  PickleRef pop() {
    const PickleRef ref = top();
    stack_.pop_back();
    return ref;
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) refuse("its pickle goes back to a mark that is not there");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  bool push_items(PickleKind kind, std::vector<PickleRef> items) {
    push(make(kind));
    value(stack_.back()).items = std::move(items);
    return true;
  }
  bool push_tuple(std::size_t count) {
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i > 0; --i) items[i - 1] = pop();
    return push_items(PickleKind::tuple, std::move(items));
  }

  bool constant(unsigned op) {
    switch (op) {
      case 0x80: {  // PROTO
        const int protocol = number<std::uint8_t>();
        if (protocol < 2 || protocol > 5)
          throw Error(where_, "its pickle has protocol " + std::to_string(protocol), "2 to 5 are read");
        return true;
      }
      case 0x95: number<std::uint64_t>(); return true;  // FRAME: where one may read ahead
      case 'N': push(none_); return true;
      case 0x88: return push_integer(1, PickleKind::boolean);
      case 0x89: return push_integer(0, PickleKind::boolean);
      case 'J': return push_integer(number<std::int32_t>());
      case 'K': return push_integer(number<std::uint8_t>());
      case 'M': return push_integer(number<std::uint16_t>());
      case 0x8A: return push_long(number<std::uint8_t>());
      case 0x8B: return push_long(number<std::uint32_t>());
      case 'G': take(8), push(make(PickleKind::real)); return true;
      case 'U':
      case 'C':
      case 0x8C: return push_text(take(number<std::uint8_t>()));
      case 'T':
      case 'B':
      case 'X': return push_text(take(number<std::uint32_t>()));
      case 0x8D:
      case 0x8E:
      case 0x96: return push_text(take(number<std::uint64_t>()));
      default: return false;
    }
  }

  // Two's complement, little endian; of more than 64 bits are only numbers that no shape has.
  bool push_long(std::uint32_t size) {
    const std::string_view digits = take(size);
    if (size > 8) {
      push(make(PickleKind::inert));
      return true;
    }
    std::uint64_t number = 0;
    for (std::size_t i = digits.size(); i > 0; --i)
      number = (number << 8) | static_cast<unsigned char>(digits[i - 1]);
    if (size > 0 && size < 8 && (digits.back() & 0x80) != 0) number |= ~std::uint64_t{0} << (8 * size);
    return push_integer(static_cast<std::int64_t>(number));
  }

  bool container(unsigned op) {
    switch (op) {
      case '(': marks_.push_back(stack_.size()); return true;
      case '0':
        if (!marks_.empty() && marks_.back() == stack_.size())
          marks_.pop_back();
        else
          pop();
        return true;
      case '1': pop_to_mark(); return true;
      case '2': push(top()); return true;
      case ']':
      case 0x8F: push(make(PickleKind::list)); return true;
      case '}': push(make(PickleKind::dict)); return true;
      case ')': push(make(PickleKind::tuple)); return true;
      case 't': return push_items(PickleKind::tuple, pop_to_mark());
      case 'l':
      case 0x91: return push_items(PickleKind::list, pop_to_mark());
      case 'd': {
        const std::vector<PickleRef> items = pop_to_mark();
        push_items(PickleKind::dict, {});
        return add_to_dict(items);
      }
      case 0x85: return push_tuple(1);
      case 0x86: return push_tuple(2);
      case 0x87: return push_tuple(3);
      case 'a': return add_to_list({pop()});
      case 'e':
      case 0x90: return add_to_list(pop_to_mark());
      case 's': {
        const PickleRef item = pop(), key = pop();
        return add_to_dict({key, item});
      }
      case 'u': return add_to_dict(pop_to_mark());
      default: return false;
    }
  }

  bool add_to_list(const std::vector<PickleRef>& items) {
    PickleValue& list = value(top());
    if (list.kind != PickleKind::list) refuse("its pickle appends to what is no list");
    list.items.insert(list.items.end(), items.begin(), items.end());
    return true;
  }
  bool add_to_dict(const std::vector<PickleRef>& items) {
    PickleValue& dict = value(top());
    if (items.size() % 2 != 0) refuse("its pickle has a key without a value");
    if (dict.kind != PickleKind::dict) refuse("its pickle adds a key to what is no dict");
    dict.items.insert(dict.items.end(), items.begin(), items.end());
    return true;
  }

  bool memo(unsigned op) {
    switch (op) {
      case 'q': memo_[number<std::uint8_t>()] = top(); return true;
      case 'r': memo_[number<std::uint32_t>()] = top(); return true;
      case 0x94: memo_[static_cast<std::uint32_t>(memo_.size())] = top(); return true;
      case 'h': return recall(number<std::uint8_t>());
      case 'j': return recall(number<std::uint32_t>());
      default: return false;
    }
  }
  bool recall(std::uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) refuse("its pickle recalls what it never kept");
    push(found->second);
    return true;
  }

  bool call(unsigned op) {
    switch (op) {
      case 'c': {
        const std::string_view module = line();
        return push_name(module, line());
      }
      case 0x93: {
        const PickleRef name = pop(), module = pop();
        if (value(name).kind != PickleKind::text || value(module).kind != PickleKind::text)
          refuse("its pickle asks for a name that is no text");
        return push_name(value(module).text, value(name).text);
      }
      case 'Q': return push_items(PickleKind::storage, {pop()});
      case 'R':
      case 0x81: {  // NEWOBJ makes an object of a class as REDUCE calls a function
        const PickleRef arguments = pop();
        return reduce(pop(), arguments);
      }
      case 'b': {  // attributes, such as a state dict's _metadata: dropped
        pop();
        const PickleKind kind = value(top()).kind;
        if (kind != PickleKind::dict && kind != PickleKind::inert)
          refuse("its pickle sets attributes of what has none");
        return true;
      }
      default: return false;
    }
  }

  bool push_name(std::string_view module, std::string_view name) {
    const auto known = find_pickle_name(module, name);
    if (!known)
      throw Error(where_, "it asks for " + plain(module) + "." + plain(name),
                  "weights need no such thing, and no code of a weight file is run",
                  "Ask its author for a state dict or a safetensors file");
    push(make(PickleKind::name));
    value(stack_.back()).name = known->name;
    value(stack_.back()).type = known->type;
    return true;
  }
  static std::string plain(std::string_view text) {
    const std::string quoted = quote(text);
    return quoted.substr(1, quoted.size() - 2);
  }

  bool reduce(PickleRef callable, PickleRef arguments) {
    if (value(callable).kind != PickleKind::name) refuse("its pickle calls what is no function");
    if (value(arguments).kind != PickleKind::tuple) refuse("its pickle calls a function without a tuple");
    const std::vector<PickleRef>& given = value(arguments).items;
    switch (value(callable).name) {
      case PickleName::ordered_dict: return push_ordered_dict(given);
      case PickleName::rebuild_tensor:
        if (given.size() < 4 || value(given[0]).kind != PickleKind::storage)
          refuse("its pickle rebuilds a tensor from something else");
        return push_items(PickleKind::tensor, {given.begin(), given.begin() + 4});
      case PickleName::rebuild_parameter:
      case PickleName::size:
        if (given.empty()) refuse("its pickle calls a function without arguments");
        push(given[0]);
        return true;
      case PickleName::inert: push(make(PickleKind::inert)); return true;
      case PickleName::storage_type: break;
    }
    refuse("its pickle makes a storage by itself");
  }

  // Python 2 gave the pairs as a list of lists. A list stays where it is, so that a pickle could have it
  // copied over and over: an honest one copies no more than it has written.
  bool push_ordered_dict(const std::vector<PickleRef>& given) {
    std::vector<PickleRef> items;
    if (!given.empty()) {
      copied_ += 2 * value(given[0]).items.size();
      if (copied_ > position_) refuse("its pickle copies one list again and again");
      for (const PickleRef pair : value(given[0]).items) {
        if (value(pair).items.size() != 2) refuse("its pickle has a key without a value");
        items.insert(items.end(), value(pair).items.begin(), value(pair).items.end());
      }
    }
    return push_items(PickleKind::dict, std::move(items));
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t position_ = 0, at_ = 0, copied_ = 0;
  Pickle pickle_;
  PickleRef none_ = 0;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, PickleRef> memo_;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, const std::string& where) {
  return Machine(bytes, where).run();
}

}  // namespace lobule::io
