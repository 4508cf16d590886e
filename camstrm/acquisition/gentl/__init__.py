"""GenTL: producers, their modules and their errors, under Harvesters."""
