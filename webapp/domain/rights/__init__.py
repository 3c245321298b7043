"""What a person may ask of the retailer: their whole record, and its erasure."""
