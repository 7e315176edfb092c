FROM registry.example.org/base/node:20.1.0
