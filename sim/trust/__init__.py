"""What one should know before believing a run: how far registers are modelled, what had no effect, where events were lost."""
