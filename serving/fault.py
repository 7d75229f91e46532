"""Where an unforeseen error happened, as `domain.fault` tells it."""

from domain.fault import where as where
