"""Documents that are made from the code and the tests: `./dev docs`."""
