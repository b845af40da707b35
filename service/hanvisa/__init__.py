"""hanvisa: carries out a municipal telephone policy on Asterisk while the calls are under way."""

__version__ = "0.1.0"
