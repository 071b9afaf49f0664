/* The schedule of a program without plasticity rules. */
#include "resident.h"

struct grenade_timer grenade_timers[1];
const uint32_t grenade_timer_count = 0;
void grenade_begin_rules(void) {}
