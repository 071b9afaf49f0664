// What generated code needs: handles of views, and what the host can read of a rule's runs.
#pragma once
#include "grenade/vx/ppu/neuron_view_handle.h"
#include "grenade/vx/ppu/synapse_array_view_handle.h"
#include "libnux/vx/time.h"
#include <array>
#include <initializer_list>

#include "resident.h"

#include <ppu/mailbox.h>

namespace grenade::vx::ppu::detail {

// Numbers that follow each other.
struct Run
{
	uint8_t first;
	uint16_t length;
};

inline std::vector<uint8_t> numbers(std::initializer_list<Run> const runs)
{
	std::vector<uint8_t> ret;
	size_t size = 0;
	for (auto const& run : runs) {
		size += run.length;
	}
	ret.reserve(size);
	for (auto const& run : runs) {
		for (size_t i = 0; i < run.length; ++i) {
			ret.push_back(run.first + i);
		}
	}
	return ret;
}

inline SynapseArrayViewHandle synapses(
    libnux::vx::PPUOnDLS const hemisphere, std::initializer_list<Run> const columns, std::initializer_list<Run> const rows)
{
	SynapseArrayViewHandle ret;
	ret.hemisphere = hemisphere;
	ret.columns = numbers(columns);
	ret.rows = numbers(rows);
	for (auto const column : ret.columns) {
		ret.column_mask[column] = 1;
	}
	return ret;
}

inline NeuronViewHandle neurons(libnux::vx::PPUOnDLS const hemisphere, std::initializer_list<Run> const columns)
{
	return NeuronViewHandle{numbers(columns), hemisphere};
}

// When a rule begins, and how long it takes, for the mailbox.
class Report
{
public:
	explicit Report(char const* const name) : m_begin(libnux::vx::now())
	{
		ppu_print(name);
		ppu_print_unsigned(m_begin);
	}
	~Report()
	{
		ppu_print(" d: ");
		ppu_print_unsigned(libnux::vx::now() - m_begin);
		ppu_print("\n");
		if (!grenade_guard_holds()) {
			ppu_print("the stack has come into other memory: the kernel has too many variables\n");
			ppu_exit(1);
		}
	}

private:
	uint64_t const m_begin;
};

} // namespace grenade::vx::ppu::detail
