"""privgen.anonymize"""
