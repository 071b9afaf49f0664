"""What all parts of the model stand on: time, numbers with their sources, noise, fixed pattern, state, errors."""
