// Special registers.
#pragma once
#include <cstdint>

#include <ppu/registers.h>

namespace libnux::vx {

typedef uint64_t time_base_t;

inline uint32_t get_tbu() { return ppu_mfspr(PPU_SPR_TBU); }
inline uint32_t get_tbl() { return ppu_mfspr(PPU_SPR_TBL); }
inline time_base_t get_time_base() { return ppu_time64(); }
inline uint32_t get_dec() { return ppu_mfspr(PPU_SPR_DEC); }
inline void set_dec(uint32_t const value) { ppu_mtspr(PPU_SPR_DEC, value); }
inline uint32_t get_decar() { return ppu_mfspr(PPU_SPR_DECAR); }
inline void set_decar(uint32_t const value) { ppu_mtspr(PPU_SPR_DECAR, value); }
inline uint32_t get_tcr() { return ppu_mfspr(PPU_SPR_TCR); }
inline void set_tcr(uint32_t const value) { ppu_mtspr(PPU_SPR_TCR, value); }
inline uint32_t get_tsr() { return ppu_mfspr(PPU_SPR_TSR); }
inline void clear_tsr(uint32_t const value) { ppu_mtspr(PPU_SPR_TSR, value); }
inline uint32_t get_msr() { return ppu_get_msr(); }
inline void set_msr(uint32_t const value) { ppu_set_msr(value); }

} // namespace libnux::vx
