@_exported import PerceptronDatasets
@_exported import PerceptronFiles
@_exported import PerceptronLinearAlgebra
@_exported import PerceptronNeuralNetwork
@_exported import PerceptronReports
@_exported import PerceptronTraining
@_exported import PerceptronTuning
@_exported import PerceptronVisualization
