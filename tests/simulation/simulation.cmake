# The real actors under a seeded scheduler: see README.md here.
file(GLOB simulation_sources CONFIGURE_DEPENDS simulation/*.cpp)

# Exactly what the service is made of.
add_executable(wallet-sim ${simulation_sources})
target_link_libraries(wallet-sim PRIVATE wallet_actors wallet_storage
                                         wallet_events Boost::program_options)
target_precompile_headers(wallet-sim PRIVATE ../actors/precompiled.hpp)
# To name a message before it is delivered, mailboxes are looked into: CAF's
# queues cast their end to an element there, which they never use as one.
set_source_files_properties(
  simulation/campaign.cpp simulation/main.cpp simulation/older_backup.cpp
  simulation/settling.cpp simulation/sim_node.cpp simulation/simulation.cpp
  PROPERTIES COMPILE_OPTIONS -fno-sanitize=vptr SKIP_PRECOMPILE_HEADERS ON)

# The same sources once more, with the known bugs of events/known_bugs.hpp, and
# optimised in every preset: it is what runs thousands of seeds in CI. That it
# does what wallet-sim does is tested: their traces are equal.
file(GLOB bug_sources CONFIGURE_DEPENDS ../events/*.cpp)
foreach(name append_queue gateway history lean_actor ownership
             recent_requests relay sequencer shard stamping wallet)
  list(APPEND bug_sources ../actors/${name}.cpp)
endforeach()
list(APPEND bug_sources ../storage/topic_walk.cpp)
add_executable(wallet-sim-bugs ${simulation_sources} ${bug_sources})
target_compile_definitions(wallet-sim-bugs PRIVATE WALLET_KNOWN_BUGS NDEBUG)
target_compile_options(wallet-sim-bugs PRIVATE $<$<CONFIG:Debug>:-O1>)
target_link_libraries(
  wallet-sim-bugs PRIVATE wallet_language CAF::core Threads::Threads
                          spdlog::spdlog Boost::program_options)
target_precompile_headers(wallet-sim-bugs PRIVATE ../actors/precompiled.hpp)

# Five minutes on two cores, all together. `coverage.txt` is what has to happen.
set(expected "${CMAKE_CURRENT_SOURCE_DIR}/simulation/coverage.txt")
add_test(NAME simulation COMMAND wallet-sim-bugs --seeds 1..2000 --jobs 2
                                 --expect "${expected}")
# Seeds that have found something.
foreach(seed 17427 78770 107133)
  add_test(NAME simulation_of_seed_${seed}
           COMMAND wallet-sim-bugs --seeds ${seed})
endforeach()
add_test(NAME simulation_of_fresh_seeds
         COMMAND wallet-sim-bugs --fresh 500 --jobs 2)
# What sanitizers and assertions have to say about the service's own code.
add_test(NAME simulation_of_the_service COMMAND wallet-sim --seeds 1..100
                                                --jobs 2)
add_test(NAME simulation_is_reproducible
         COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/simulation/reproducible_test.py"
                 "$<TARGET_FILE:wallet-sim>" "$<TARGET_FILE:wallet-sim-bugs>"
                 "$<TARGET_FILE:wallet>")
add_test(NAME simulation_finds_known_bugs
         COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/simulation/mutants_test.py"
                 "$<TARGET_FILE:wallet-sim-bugs>" --jobs 2)
set_tests_properties(
  simulation simulation_of_fresh_seeds simulation_of_the_service
  simulation_is_reproducible simulation_finds_known_bugs
  PROPERTIES TIMEOUT 600 PROCESSORS 2)
