"""Persons from an LDAP directory, such as Active Directory."""
