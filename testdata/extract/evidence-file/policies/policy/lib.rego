package lib

name(x) := x.name
