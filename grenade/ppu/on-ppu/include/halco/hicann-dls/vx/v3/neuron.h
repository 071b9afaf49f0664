// Neurons and their spike counters.
#pragma once
#include "halco/common/iter_all.h"

namespace halco::hicann_dls::vx::v3 {

struct NeuronColumnOnDLS : common::detail::Ranged<NeuronColumnOnDLS, 256>
{
	using Ranged::Ranged;
};

struct NeuronRowOnDLS : common::detail::Ranged<NeuronRowOnDLS, 2>
{
	using Ranged::Ranged;
};

namespace detail {

// Neurons count row by row, counters by left and right half: bits 7 and 8 change places.
constexpr size_t other_order(size_t const value) { return (value & 127) | (value & 128) << 1 | (value & 256) >> 1; }

} // namespace detail

struct AtomicNeuronOnDLS;

struct SpikeCounterReadOnDLS : common::detail::Ranged<SpikeCounterReadOnDLS, 512>
{
	using Ranged::Ranged;
	AtomicNeuronOnDLS toAtomicNeuronOnDLS() const;
};

struct SpikeCounterResetOnDLS : common::detail::Ranged<SpikeCounterResetOnDLS, 512>
{
	using Ranged::Ranged;
	AtomicNeuronOnDLS toAtomicNeuronOnDLS() const;
};

struct AtomicNeuronOnDLS : common::detail::Ranged<AtomicNeuronOnDLS, 512>
{
	explicit constexpr AtomicNeuronOnDLS(common::Enum const value = common::Enum(0)) : Ranged(value) {}
	constexpr AtomicNeuronOnDLS(NeuronColumnOnDLS const column, NeuronRowOnDLS const row) : Ranged(row.value() * NeuronColumnOnDLS::size + column.value())
	{}

	NeuronColumnOnDLS toNeuronColumnOnDLS() const { return NeuronColumnOnDLS(value() % NeuronColumnOnDLS::size); }
	NeuronRowOnDLS toNeuronRowOnDLS() const { return NeuronRowOnDLS(value() / NeuronColumnOnDLS::size); }
	SpikeCounterReadOnDLS toSpikeCounterReadOnDLS() const { return SpikeCounterReadOnDLS(detail::other_order(value())); }
	SpikeCounterResetOnDLS toSpikeCounterResetOnDLS() const { return SpikeCounterResetOnDLS(detail::other_order(value())); }
};

inline AtomicNeuronOnDLS SpikeCounterReadOnDLS::toAtomicNeuronOnDLS() const
{
	return AtomicNeuronOnDLS(common::Enum(detail::other_order(value())));
}

inline AtomicNeuronOnDLS SpikeCounterResetOnDLS::toAtomicNeuronOnDLS() const
{
	return AtomicNeuronOnDLS(common::Enum(detail::other_order(value())));
}

} // namespace halco::hicann_dls::vx::v3
