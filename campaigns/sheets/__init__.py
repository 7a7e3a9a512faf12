"""Spreadsheets: files of many kinds read into rows of text, with their columns matched to what they hold."""
