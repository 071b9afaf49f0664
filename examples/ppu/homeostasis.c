/* Homeostasis of all neurons of a hemisphere: once in an epoch, every weight of a neuron grows or shrinks with the spikes that it
   lacked or had too many. Defined when it is built: EPOCHS, EPOCH_US, TARGET (spikes in an epoch), ROWS (of synapses). */
#include <ppu.h>

#define GAIN 16 /* change of a weight: GAIN / 128 for each spike, rounded up or down by chance */

/* spikes of each neuron in each epoch, for the host */
volatile uint8_t rates[EPOCHS][PPU_COLUMNS] PPU_EXTERNAL_ZERO;

static ppu_vector counts[2]; /* of even and of odd columns */

/* vector registers */
#define ZERO 0
#define LIMIT 1
#define TARGETS 2
#define GAINS 3
#define HALF 4
#define ERROR 5
#define NOISE 6
#define WEIGHT 7
#define EXCESS 8

/* Spikes since the last call. */
static uint32_t count(uint32_t epoch, uint32_t first) {
    uint32_t sum = 0;
    for (uint32_t column = 0; column < PPU_COLUMNS; column++) {
        uint32_t spikes = ppu_omnibus_read(PPU_SPIKE_COUNTER(first + column));
        ppu_omnibus_write(PPU_SPIKE_COUNTER_RESET(first + column), 0);
        if (spikes > 127) /* the largest signed byte; the overflow bit lies above */
            spikes = 127;
        counts[column % 2].u8[column / 2] = (uint8_t)spikes;
        rates[epoch][column] = (uint8_t)spikes;
        sum += spikes;
    }
    return sum;
}

/* Moves the weights of 128 columns. */
static void adapt(uint32_t parity) {
    ppu_load_vector(ERROR, &counts[parity]);
    fxvsubbfs(ERROR, TARGETS, ERROR);
    for (uint32_t row = 0; row < ROWS; row++) {
        fxvinx(NOISE, PPU_RANDOM, parity);
        fxvinx(WEIGHT, PPU_WEIGHTS, PPU_ROW(row, parity));
        fxvmultacbfs(ERROR, GAINS); /* change * 256 */
        fxvaddactacbm(NOISE);       /* + -128 .. 127 */
        fxvaddactacbm(HALF);
        fxvaddactacbm(HALF);
        fxvaddacbfs(WEIGHT, WEIGHT); /* weight + change, rounded down */
        fxvcmpb(WEIGHT);
        fxvsel(WEIGHT, WEIGHT, ZERO, PPU_LT);
        fxvsubbfs(EXCESS, WEIGHT, LIMIT);
        fxvcmpb(EXCESS);
        fxvsel(WEIGHT, WEIGHT, LIMIT, PPU_GT);
        fxvoutx(WEIGHT, PPU_WEIGHTS, PPU_ROW(row, parity));
    }
}

static void seed(void) {
    static ppu_vector seeds;
    for (uint32_t lane = 0; lane < PPU_LANES; lane++)
        seeds.u8[lane] = (uint8_t)(2 * lane + 1);
    ppu_load_vector(NOISE, &seeds);
    fxvoutx(NOISE, PPU_RANDOM, PPU_EVEN);
    fxvshb(NOISE, NOISE, 3);
    fxvoutx(NOISE, PPU_RANDOM, PPU_ODD);
}

int main(void) {
    uint32_t first = ppu_hemisphere() == PPU_TOP ? 0 : PPU_COLUMNS;
    fxvsplatb(ZERO, 0);
    fxvsplatb(LIMIT, 63);
    fxvsplatb(TARGETS, TARGET);
    fxvsplatb(GAINS, GAIN);
    fxvsplatb(HALF, 64);
    seed();
    (void)count(0, first); /* from here on they count */
    uint32_t next = ppu_time();
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        next += EPOCH_US * PPU_CYCLES_PER_US;
        ppu_delay_until(next);
        uint32_t sum = count(epoch, first);
        adapt(PPU_EVEN);
        adapt(PPU_ODD);
        if (epoch % 10 == 0) {
            ppu_print("epoch ");
            ppu_print_unsigned(epoch);
            ppu_print(": ");
            ppu_print_unsigned(sum);
            ppu_print(" spikes\n");
        }
    }
    ppu_sync();
    return 0;
}
