"""The reference pages that are made from the code: columns, rules, commands, expectations."""
