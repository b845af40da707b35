"""What is held on people: where, why and for how long; found, given out, and taken away."""
