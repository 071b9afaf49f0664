#pragma once

extern "C" [[noreturn]] void exit(int code);
