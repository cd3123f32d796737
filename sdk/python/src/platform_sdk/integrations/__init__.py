"""Callbacks for PyTorch Lightning, Hugging Face's Trainer and Keras. Each imports its framework only when it is used."""
