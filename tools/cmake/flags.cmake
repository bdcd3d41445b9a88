# One INTERFACE target with the flags of all code of ours that is not a plugin (qs_flags), and the
# flags of a last link (qs_link_final: LTO where it is on; qs_link_plain: never, for the tests).
# Plugins take none of it: they are built with the flags that their authors get.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

set(QS_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
                -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2)
set(QS_WARNINGS_TEST -Wall -Wextra -Wvla)
if(QS_WERROR)
  list(APPEND QS_WARNINGS -Werror)
  list(APPEND QS_WARNINGS_TEST -Werror)
endif()

add_library(qs_flags INTERFACE)
# The numbers must not depend on the compiler: no contraction, and never -ffast-math.
target_compile_options(qs_flags INTERFACE -ffp-contract=off -fvisibility=hidden
                                          $<$<NOT:$<CONFIG:Release>>:-fno-omit-frame-pointer>)
target_compile_definitions(qs_flags INTERFACE _GNU_SOURCE)

add_library(qs_link_final INTERFACE)
add_library(qs_link_plain INTERFACE)

if(QS_SAN STREQUAL "address")
  set(san -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(QS_SAN STREQUAL "thread")
  set(san -fsanitize=thread)
elseif(NOT QS_SAN STREQUAL "")
  message(FATAL_ERROR "QS_SAN=${QS_SAN}: unknown (address or thread)")
endif()
if(QS_SAN)
  target_compile_options(qs_flags INTERFACE ${san})
  target_link_options(qs_flags INTERFACE ${san})
else()
  target_compile_options(qs_flags INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
target_link_options(qs_flags INTERFACE -Wl,-z,relro -Wl,-z,now)

# Fat objects: qshost and the benches are linked with LTO, a hundred test programs are not (each
# would optimise the whole engine once more).
if(QS_LTO AND NOT QS_SAN AND CMAKE_C_COMPILER_ID STREQUAL "GNU"
   AND CMAKE_BUILD_TYPE STREQUAL "Release")
  set(QS_LTO_COMPILE -flto -ffat-lto-objects)
  target_link_options(qs_link_final INTERFACE -flto=2 -O2)
  target_link_options(qs_link_plain INTERFACE -fno-lto)
endif()

if(QS_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "QS_FUZZ needs clang: -DCMAKE_C_COMPILER=clang")
  endif()
  target_compile_options(qs_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
