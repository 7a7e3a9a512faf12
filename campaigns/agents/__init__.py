"""Agents: a server of the Model Context Protocol over the API. It knows no Django and needs no database."""
