/* Runs the services of timers, the one with the earliest deadline first. The deadline of an event is when its timer is due again. */
#include "resident.h"

#include <ppu.h>

enum { QUEUE = 32 };

volatile uint32_t runtime[2] __attribute__((used));               /* cycles, the upper half first: written by the host */
volatile uint32_t scheduler_event_drop_count __attribute__((used)); /* events that found the queue full, or no time before the end */
uint64_t grenade_time_origin;

static struct event {
    void (*service)(void);
    uint64_t deadline;
} queue[QUEUE];
static uint32_t first, waiting;

static struct event *at(uint32_t place) { return &queue[(first + place) % QUEUE]; }

/* A full queue loses its oldest event. */
static void push(void (*service)(void), uint64_t deadline) {
    if (waiting == QUEUE) {
        scheduler_event_drop_count++;
        first = (first + 1) % QUEUE;
        waiting--;
    }
    *at(waiting++) = (struct event){service, deadline};
}

static void run_earliest(void) {
    uint32_t earliest = 0;
    struct event chosen;
    for (uint32_t place = 1; place < waiting; place++)
        if (at(place)->deadline < at(earliest)->deadline)
            earliest = place;
    chosen = *at(earliest);
    *at(earliest) = *at(0);
    first = (first + 1) % QUEUE;
    waiting--;
    chosen.service();
}

static void start(struct grenade_timer *timer, uint64_t now) {
    timer->next = now + timer->first;
    timer->end = timer->next + timer->period * timer->number;
    *timer->missed = 0;
}

static void ask(struct grenade_timer *timer, uint64_t now) {
    while (now >= timer->next && now < timer->end) {
        timer->next += timer->period;
        for (; timer->next < now; timer->next += timer->period)
            ++*timer->missed;
        push(timer->service, timer->next);
    }
}

/* When the next timer is due, at most `end`. */
static uint64_t next_due(uint64_t end) {
    for (uint32_t k = 0; k < grenade_timer_count; k++)
        if (grenade_timers[k].next < grenade_timers[k].end && grenade_timers[k].next < end)
            end = grenade_timers[k].next;
    return end;
}

/* What was due before `end` and nobody asked for, as another rule ran until behind the last period of its timer, or the end. */
static void count_rest(struct grenade_timer *timer, uint64_t end) {
    for (; timer->next < timer->end && timer->next < end; timer->next += timer->period)
        ++*timer->missed;
}

/* Nothing but reads and comparisons of the time. */
static void wait_until(uint64_t time) {
    uint32_t upper = (uint32_t)(time >> 32), lower = (uint32_t)time;
    while (ppu_mfspr(PPU_SPR_TBU) < upper) {
    }
    while (ppu_mfspr(PPU_SPR_TBL) < lower && ppu_mfspr(PPU_SPR_TBU) == upper) {
    }
}

void grenade_schedule(void) {
    uint64_t now = grenade_time_origin = ppu_time64();
    uint64_t end = now + ((uint64_t)runtime[0] << 32 | runtime[1]);
    first = waiting = scheduler_event_drop_count = 0;
    grenade_begin_rules();
    for (uint32_t k = 0; k < grenade_timer_count; k++)
        start(&grenade_timers[k], now);
    while ((now = ppu_time64()) < end) {
        for (uint32_t k = 0; k < grenade_timer_count; k++)
            ask(&grenade_timers[k], now);
        if (waiting)
            run_earliest();
        else
            wait_until(next_due(end));
    }
    scheduler_event_drop_count += waiting;
    for (uint32_t k = 0; k < grenade_timer_count; k++)
        count_rest(&grenade_timers[k], end);
}
