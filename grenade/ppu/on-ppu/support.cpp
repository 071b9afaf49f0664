// What C++ counts on: memory that is never given back, and an end for what the library refuses.
#include <cstddef>
#include <cstdint>

#include <ppu.h>

extern "C" {
extern char __heap[];
[[noreturn]] void exit(int code) { ppu_exit(code); }
[[noreturn]] void abort() { ppu_exit(1); }
}

namespace {

constexpr uintptr_t alignment = 16;
constexpr uintptr_t for_stack = 1024; // bytes that stay free below what the stack takes at the moment

uintptr_t used = 0;

[[noreturn]] void refuse(char const* reason)
{
	ppu_print(reason);
	ppu_print("\n");
	ppu_exit(1);
}

} // namespace

void* operator new(size_t size)
{
	auto const heap = (reinterpret_cast<uintptr_t>(__heap) + alignment - 1) & ~(alignment - 1);
	auto const taken = heap + used;
	used += (size + alignment - 1) & ~(alignment - 1);
	if (heap + used + for_stack > reinterpret_cast<uintptr_t>(__builtin_frame_address(0))) {
		refuse("no memory is left for what the kernel allocates");
	}
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
