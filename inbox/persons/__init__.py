"""One person behind several contacts: found, merged, separated; one question that came twice."""
