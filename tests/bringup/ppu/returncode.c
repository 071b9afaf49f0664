/* The return code reaches the host with all its bits. */
#include <ppu.h>

int main(void) { return (int)0xdeadbeefu; }
