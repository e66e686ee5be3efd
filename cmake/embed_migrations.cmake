# Builds the SQL files of migrations/ into the binary. As a module: adds the
# generated source to a target. As a script (cmake -P): writes that source.
#
#   include(embed_migrations)
#   embed_migrations(target)

if(CMAKE_SCRIPT_MODE_FILE)
  # -D OUTPUT=... -D DIRECTORY=...
  set(text "#include \"storage/embedded_migrations.hpp\"\n\n")
  string(APPEND text "namespace wallet::storage {\n")
  foreach(schema ledger history)
    file(GLOB paths "${DIRECTORY}/${schema}/*.sql")
    list(SORT paths)
    string(APPEND text "\nconst std::vector<migration_file> "
                       "${schema}_migrations{\n")
    foreach(path ${paths})
      cmake_path(GET path STEM name)
      file(READ "${path}" sql)
      string(APPEND text "    {\"${name}\", R\"sql(${sql})sql\"},\n")
    endforeach()
    string(APPEND text "};\n")
  endforeach()
  string(APPEND text "\n} // namespace wallet::storage\n")
  file(WRITE "${OUTPUT}" "${text}")
  return()
endif()

set(EMBED_MIGRATIONS_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(embed_migrations target)
  cmake_path(SET directory NORMALIZE
             "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../migrations")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_migrations.cpp")
  file(GLOB files CONFIGURE_DEPENDS "${directory}/*/*.sql")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ${CMAKE_COMMAND} -D "OUTPUT=${output}" -D "DIRECTORY=${directory}"
            -P "${EMBED_MIGRATIONS_SCRIPT}"
    DEPENDS ${files} "${EMBED_MIGRATIONS_SCRIPT}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
