"""What happens in a call: stages, and the ports they act through."""
