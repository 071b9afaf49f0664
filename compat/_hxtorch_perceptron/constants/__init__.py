"""What products on the chip take and give. (facts: clients/hxtorch_jaxsnn 2.2)"""

from _hxtorch_perceptron.constants import defaults as defaults
from grenade.hagen import limits

synaptic_weight_min = -limits.WEIGHT_MAX
synaptic_weight_max = limits.WEIGHT_MAX
input_activation_min = 0
input_activation_max = limits.ACTIVATION_MAX
output_activation_min = limits.RESULT_MIN
output_activation_max = limits.RESULT_MAX
hardware_matrix_height = limits.ROWS
hardware_matrix_width = limits.COLUMNS
