# serve.py MODEL PORT NAME: llama.cpp's own HTTP server, in this process; two slots, one thread.
import sys
import time

import xllamacpp

model, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
params = xllamacpp.CommonParams()
params.model.path = model
params.n_ctx, params.n_parallel, params.port = 4096, 2, port
params.hostnames = ["127.0.0.1"]
params.model_alias = {name}
params.endpoint_slots = params.endpoint_props = True
# More threads than free cores wait for each other and make it many times slower.
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print("listening", server.listening_address, flush=True)
while True:
    time.sleep(3600)
