"""Roster + ledger + guards + approvals -> Plan. See ``values`` for the shapes."""
