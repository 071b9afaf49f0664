// All rows of a view, or of a view for positive and one for negative weights in step.
#pragma once
#include "grenade/vx/ppu/synapse_row_view_handle.h"
#include "libnux/system.h"
#include <array>

namespace grenade::vx::ppu {

namespace detail {

template <typename Range>
struct RowIterator
{
	Range const* range;
	size_t row;

	auto operator*() const { return range->at(row); }
	RowIterator& operator++()
	{
		++row;
		return *this;
	}
	bool operator==(RowIterator const& other) const { return row == other.row; }
	bool operator!=(RowIterator const& other) const { return row != other.row; }
};

} // namespace detail

struct SynapseRowViewHandleRange
{
	typedef detail::RowIterator<SynapseRowViewHandleRange> Iterator;

	explicit SynapseRowViewHandleRange(SynapseArrayViewHandle const& synapses) : m_synapses(&synapses) {}

	SynapseRowViewHandle at(size_t const row) const { return SynapseRowViewHandle(*m_synapses, row); }
	Iterator begin() const { return {this, 0}; }
	Iterator end() const { return {this, m_synapses->rows.size()}; }

private:
	SynapseArrayViewHandle const* m_synapses;
};

// Views of different numbers of rows end the program with code 1.
struct SynapseRowViewHandleSignedRange
{
	typedef detail::RowIterator<SynapseRowViewHandleSignedRange> Iterator;

	SynapseRowViewHandleSignedRange(SynapseArrayViewHandle const& exc, SynapseArrayViewHandle const& inh) : m_exc(&exc), m_inh(&inh)
	{
		if (exc.rows.size() != inh.rows.size()) {
			exit(1);
		}
	}

	SynapseRowViewHandleSigned at(size_t const row) const
	{
		return SynapseRowViewHandleSigned(SynapseRowViewHandle(*m_exc, row), SynapseRowViewHandle(*m_inh, row));
	}
	Iterator begin() const { return {this, 0}; }
	Iterator end() const { return {this, m_exc->rows.size()}; }

private:
	SynapseArrayViewHandle const* m_exc;
	SynapseArrayViewHandle const* m_inh;
};

inline SynapseRowViewHandleRange make_synapse_row_view_handle_range(std::array<SynapseArrayViewHandle, 1> const& synapses)
{
	return SynapseRowViewHandleRange(synapses[0]);
}

inline SynapseRowViewHandleSignedRange make_synapse_row_view_handle_range(std::array<SynapseArrayViewHandle, 2> const& synapses)
{
	return SynapseRowViewHandleSignedRange(synapses[0], synapses[1]);
}

} // namespace grenade::vx::ppu
