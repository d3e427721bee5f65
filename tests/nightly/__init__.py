"""What a night is for: faults, floods and hostile input in numbers the gate has no time for."""
