"""privgen.explain"""
