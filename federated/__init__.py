"""privgen.federated"""
