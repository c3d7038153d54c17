"""The words everything else is said in: periods, units, money, territory, realms, hashes, problems. Imports nothing of ours."""
