@_exported import Datasets
@_exported import LinearAlgebra
@_exported import NeuralNetwork
@_exported import Serialization
@_exported import Training
@_exported import Tuning
@_exported import Visualization
