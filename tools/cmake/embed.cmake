# A text file as a C source, so that the program carries it along:
#   qs_embed(SOURCE store/schema.sql SYMBOL store_schema_sql OUTPUT <build>/schema.c)
# gives `const char store_schema_sql[]`, terminated; whoever uses it declares it. The same file is
# the script that runs at build time (cmake -DSOURCE= -DSYMBOL= -DOUTPUT= -P embed.cmake).
set(QS_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(qs_embed)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE;SYMBOL;OUTPUT" "")
  add_custom_command(
    OUTPUT ${arg_OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${arg_SOURCE} -DSYMBOL=${arg_SYMBOL} -DOUTPUT=${arg_OUTPUT}
            -P ${QS_EMBED_SCRIPT}
    DEPENDS ${arg_SOURCE} ${QS_EMBED_SCRIPT}
    COMMENT "Embedding ${arg_SOURCE}" VERBATIM)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  file(READ "${SOURCE}" text)
  # One literal a line; \? since two question marks in a row may begin a trigraph.
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "?" "\\?" text "${text}")
  string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
  get_filename_component(name "${SOURCE}" NAME)
  file(WRITE "${OUTPUT}" "/* Made from ${name} by embed.cmake. */\n"
    "extern const char ${SYMBOL}[];\n"
    "const char ${SYMBOL}[] =\n    \"${text}\";\n")
endif()
