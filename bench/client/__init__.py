"""The client library: what reading and decoding bundles costs a program."""
