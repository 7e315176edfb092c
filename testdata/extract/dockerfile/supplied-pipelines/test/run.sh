docker build --build-arg TAG=16 -t x -f node/Containerfile node
