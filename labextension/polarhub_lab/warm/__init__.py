"""Kernels that are there before they are asked for: forked from a process that has imported the stack."""
