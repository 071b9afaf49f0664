/* The program that both processors run during an experiment: it waits for commands of the host. */
#include "resident.h"

#include <ppu.h>

volatile uint32_t status __attribute__((used));
volatile uint32_t ppu __attribute__((used));
volatile uint32_t stopped __attribute__((used));

#pragma weak grenade_schedule
#pragma weak grenade_read_periodically
#pragma weak grenade_reset_neurons
#pragma weak grenade_read_baseline
#pragma weak grenade_read
#pragma weak grenade_set_guard

static void carry_out(void (*command)(void)) {
    if (command)
        command();
}

static void obey(uint32_t command) {
    switch (command) {
    case GRENADE_RESET_NEURONS: carry_out(grenade_reset_neurons); break;
    case GRENADE_BASELINE_READ: carry_out(grenade_read_baseline); break;
    case GRENADE_READ: carry_out(grenade_read); break;
    case GRENADE_PERIODIC_READ: carry_out(grenade_read_periodically); break;
    case GRENADE_SCHEDULER: carry_out(grenade_schedule); break;
    case GRENADE_INITIAL: break;
    default: return;
    }
    status = GRENADE_IDLE;
}

int main(void) {
    uint32_t command;
    carry_out(grenade_set_guard);
    while ((command = status) != GRENADE_STOP) {
        obey(command);
        while (status == GRENADE_IDLE) {
        }
    }
    status = GRENADE_IDLE;
    stopped = 1;
    return 0;
}
