# qs_add_plugin(<target> <source>... [OUTPUT_NAME name] [OUTPUT_DIR dir])
#
# Builds one strategy as <name>.so, with the flags that Quasar's own strategies have:
#   -std=c11 -O2 -g -ffp-contract=off   numbers that do not depend on the machine
#   hidden visibility                   the file exports qs_schema and nothing else
#   -Wl,-z,defs --build-id              a missing symbol is an error now, not when it is loaded
#   -Wl,--as-needed                     C++ that needs nothing of libstdc++ does not name it
# OUTPUT_NAME is <target> where not given. With OUTPUT_DIR the file is built aside and renamed into
# that folder, so that a watching host never sees half of it.
function(qs_add_plugin target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_NAME;OUTPUT_DIR" "")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "qs_add_plugin(${target}): no source given")
  endif()
  if(NOT arg_OUTPUT_NAME)
    set(arg_OUTPUT_NAME ${target})
  endif()

  add_library(${target} MODULE ${arg_UNPARSED_ARGUMENTS})
  set_target_properties(${target} PROPERTIES
    PREFIX "" SUFFIX ".so" OUTPUT_NAME ${arg_OUTPUT_NAME}
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INTERPROCEDURAL_OPTIMIZATION OFF)
  target_compile_options(${target} PRIVATE -O2 -g -ffp-contract=off
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE -Wl,--as-needed -Wl,-z,defs -Wl,--build-id)
  target_link_libraries(${target} PRIVATE Quasar::sdk m)

  if(arg_OUTPUT_DIR)
    cmake_path(ABSOLUTE_PATH arg_OUTPUT_DIR BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR} NORMALIZE)
    set(aside ${CMAKE_CURRENT_BINARY_DIR}/aside/${target})
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${aside})
    set(final ${arg_OUTPUT_DIR}/${arg_OUTPUT_NAME}.so)
    set(half ${arg_OUTPUT_DIR}/.${arg_OUTPUT_NAME}.so.half)
    add_custom_command(OUTPUT ${final}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${arg_OUTPUT_DIR}
      COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:${target}> ${half}
      COMMAND ${CMAKE_COMMAND} -E rename ${half} ${final}
      DEPENDS ${target} $<TARGET_FILE:${target}>
      COMMENT "Publishing ${arg_OUTPUT_NAME}.so" VERBATIM)
    add_custom_target(${target}_so ALL DEPENDS ${final})
  endif()
endfunction()
