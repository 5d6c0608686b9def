"""The programs' interfaces to background removal that others have made popular, each in its own words."""
