#include "app/commands.h"

namespace lobule::app {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_analyze_command());
  commands.push_back(make_outlines_command());
  commands.push_back(make_density_command());
  commands.push_back(make_density_calibrate_command());
  commands.push_back(make_annotate_export_command());
  commands.push_back(make_annotate_import_command());
  commands.push_back(make_annotate_agreement_command());
  commands.push_back(make_sort_command());
  commands.push_back(make_info_command());
  commands.push_back(make_convert_command());
  commands.push_back(make_demo_command());
  commands.push_back(make_phantom_command());
  commands.push_back(make_train_command());
  commands.push_back(make_models_command());
  commands.push_back(make_predict_command());
  commands.push_back(make_docs_command());
  return commands;
}

}  // namespace lobule::app
