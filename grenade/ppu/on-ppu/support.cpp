// What C++ counts on: memory that is never given back, and an end for what the library refuses.
#include <cstddef>
#include <cstdint>

#include "resident.h"

#include <ppu.h>

extern "C" {
extern char __heap[], __stack[], __stack_least[];
[[noreturn]] void exit(int code) { ppu_exit(code); }
[[noreturn]] void abort() { ppu_exit(1); }
}

namespace {

constexpr uintptr_t alignment = 16;

uintptr_t used = 0;

uintptr_t top() { return reinterpret_cast<uintptr_t>(__heap) + used; }

[[noreturn]] void refuse(char const* reason)
{
	ppu_print(reason);
	ppu_print("\n");
	ppu_exit(1);
}

constexpr uint32_t guard = 0x57ac6a4d;

uint32_t volatile* words_of_guard() { return reinterpret_cast<uint32_t volatile*>(top()); }

} // namespace

// Nothing is there behind the heap until the stack is, so that these words change only if it comes as far.
void grenade_set_guard()
{
	for (int word = 0; word < 4; ++word) {
		words_of_guard()[word] = guard;
	}
}

int grenade_guard_holds()
{
	for (int word = 0; word < 4; ++word) {
		if (words_of_guard()[word] != guard) {
			return 0;
		}
	}
	return 1;
}

void* operator new(size_t size)
{
	auto const taken = top();
	used += (size + alignment - 1) & ~(alignment - 1);
	if (top() + reinterpret_cast<uintptr_t>(__stack_least) > reinterpret_cast<uintptr_t>(__stack)) {
		refuse("no memory is left for what the kernel allocates");
	}
	grenade_set_guard();
	return reinterpret_cast<void*>(taken);
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void*) noexcept {}
void operator delete[](void*) noexcept {}
void operator delete(void*, size_t) noexcept {}
void operator delete[](void*, size_t) noexcept {}

namespace std {

[[noreturn]] void __throw_length_error(char const* what) { refuse(what); }
[[noreturn]] void __throw_out_of_range_fmt(char const* what, ...) { refuse(what); }
[[noreturn]] void __throw_out_of_range(char const* what) { refuse(what); }
[[noreturn]] void __throw_logic_error(char const* what) { refuse(what); }
[[noreturn]] void __throw_bad_alloc() { refuse("no memory is left for what the kernel allocates"); }
[[noreturn]] void __throw_bad_array_new_length() { refuse("no memory is left for what the kernel allocates"); }
[[noreturn]] void __throw_bad_function_call() { refuse("an empty function was called"); }

} // namespace std

extern "C" [[noreturn]] void __cxa_pure_virtual() { refuse("a pure virtual function was called"); }
