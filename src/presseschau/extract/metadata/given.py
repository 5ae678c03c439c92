"""Given names that are common in Germany, Austria and Switzerland: what tells a person from a section or a place."""

from __future__ import annotations

# Left out: those that are a word or a brand as well (Alexa, Beat, Mark, Rosa).
GIVEN_NAMES = frozenset(
    """
    Achim Adam Adrian Agnes Agnieszka Ahmed Aileen Albert Alexander Alexandra Alfred Ali Alice Alina Alois Amelie Amir
    Ana Anastasia Andre Andrea Andreas Andrej Andri André Angela Angelika Anita Anja Anke Anna Annabel Annalena Anne
    Anneke Anneliese Annemarie Annett Annette Annika Ansgar Antje Anton Antonia Antonio Ariane Armin Arne Arno Arnold
    Arthur Artur Astrid Axel Aylin Ayse Barbara Bastian Beate Beatrice Beatrix Ben Benedikt Benjamin Benno Bernadette
    Bernd Bernhard Bettina Birger Birgit Birte Björn Bodo Boris Brigitta Brigitte Britta Bruno Burak Burkhard Caren
    Carina Carl Carla Carlo Carmen Carola Carolin Carolina Caroline Carsten Caspar Catharina Cathrin Celine Cem
    Charlotte Christa Christel Christiane Christina Christine Christof Christoph Christopher Claas Clara Claudia Claus
    Clemens Constantin Constanze Cordula Corinna Cornelia Cornelius Dagmar Daniel Daniela Danny David Denis Denise
    Deniz Dennis Detlef Detlev Diana Dieter Dietmar Dietrich Dirk Dmitri Dominic Dominik Doris Dorothea Dorothee Dörte
    Eberhard Eckart Eckehard Eckhard Edgar Edith Eduard Egon Eike Elena Elias Elif Elisa Elisabeth Elke Ella Ellen
    Emil Emilia Emily Emma Emre Enno Erhard Eric Erich Erik Erika Erna Ernst Erwin Esther Eugen Eva Evelin Evelyn
    Fabian Falk Fatma Felicitas Felix Ferdinand Finn Florian Flurin Franca Francesca Frank Franz Franz-Josef Franziska
    Frauke Frederic Frederik Frida Friederike Friedhelm Friedrich Fritz Gabi Gabriel Gabriela Gabriele Georg Gerald
    Gerd Gereon Gerhard Gerlinde Gernot Gero Gert Gertrud Gesa Gesine Gian Giovanni Gisela Giulia Gottfried Gregor
    Greta Grit Gudrun Guenter Guido Gundula Gunnar Gunther Günter Günther Hanna Hannah Hannelore Hannes Hans
    Hans-Georg Hans-Joachim Hans-Jürgen Hans-Peter Hansjörg Hanspeter Hansruedi Harald Harry Hartmut Hartwig Hasan
    Hauke Heide Heidi Heike Heiko Heiner Heinrich Heinz Heinz-Peter Helen Helena Helene Helga Helge Hella Hellmut
    Helmut Helmuth Hendrik Henner Henning Henri Henrik Henrike Herbert Heribert Hermann Hilde Hildegard Holger Horst
    Hubert Hubertus Hugo Hüseyin Ida Igor Ilka Ilona Ilse Imke Ina Ines Inga Inge Ingeborg Ingmar Ingo Ingrid Irene
    Irina Iris Irmgard Irmtraud Isabel Isabell Isabella Isabelle Ivan Ivo Jakob Jan Jan-Philipp Jana Janina Janine
    Jannik Jannis Jasmin Jean Jenny Jens Jessica Joachim Jochen Johann Johanna Johannes John Jonas Jonathan Josef
    Josefine Joseph Jost Judith Juergen Julia Julian Juliane Julius Justus Jutta Jörg Jörn Jürg Jürgen Kai Karen Karin
    Karina Karl Karl-Heinz Karl-Josef Karl-Otto Karla Karolin Karoline Karsten Kaspar Katarina Katarzyna Katharina
    Kathleen Kathrin Katja Katrin Kay Kerstin Kevin Kilian Kirsten Kirstin Klaas Klara Klaus Klaus-Peter Konrad
    Konstantin Konstanze Korbinian Kordula Kristian Kristin Kristina Kristof Kurt Köbi Lars Lasse Laura Laurenz Lea
    Lena Leo Leon Leona Leonard Leonhard Leonie Leopold Levin Liane Liesa Lilli Lina Linda Lisa Lisbeth Lore Lorenz
    Loris Lothar Louis Louisa Luca Lucas Lucia Lucie Ludger Ludwig Luigi Luis Luisa Luise Lukas Lutz Luzia Lydia
    Madeleine Magdalena Maik Maike Maja Malgorzata Malte Malwine Manfred Manuel Manuela Marc Marcel Marco Marcus
    Mareike Maren Margarete Margarethe Margit Margot Margret Maria Marianne Marie Marie-Luise Marieke Marielle
    Marietta Marina Mario Marion Marita Marius Marko Markus Marlen Marlene Marlies Marlis Martin Martina Marvin Mascha
    Mathias Mats Matteo Matthias Mattias Max Maximilian Mechthild Mehmet Meike Melanie Melina Merle Micha Michael
    Michaela Michel Michelle Mike Miriam Mirjam Mirko Mohamed Mona Monika Monique Moritz Murat Mustafa Myriam Nadine
    Nadja Natalia Natalie Natalja Natascha Nathalie Nele Nicola Nicolas Nicole Niklas Niko Nikola Nikolai Nikolas
    Nikolaus Nils Nina Noah Nora Norbert Norman Olaf Ole Olga Oliver Olivia Oskar Oswald Otmar Ottmar Otto Pamela
    Pascal Patricia Patrick Patrik Paul Paula Pauline Pawel Peer Peggy Peter Petra Philip Philipp Philippe Pia Pierre
    Piet Piotr Rabea Rahel Raimund Rainer Ralf Ralph Ramona Raphael Raphaela Rasmus Rebecca Rebekka Regina Regine
    Regula Reinhard Reinhold Renate Rene René Resi Reto Ricarda Richard Rita Robert Roberto Robin Roger Roland Rolf
    Roman Romy Ronald Ronja Ronny Rosemarie Roswitha Rouven Rudi Rudolf Rupert Ruth Rüdiger Sabine Sabrina Samuel
    Sandra Sara Sarah Sascha Saskia Sebastian Selin Selina Selma Sepp Sergej Sibylle Siegfried Siegmund Sigmar Sigrid
    Silas Silja Silke Silvana Silvia Simon Simona Simone Sina Sofia Sofie Solveig Sonja Sophia Sophie Stefan Stefanie
    Steffen Steffi Stephan Stephanie Susan Susann Susanna Susanne Sven Svenja Swantje Swetlana Sylvia Sünje Tabea
    Tamara Tanja Tatjana Thea Thekla Theo Theodor Theresa Therese Thilo Thomas Thorben Thorsten Tilman Tilmann Tilo
    Tim Timm Timo Tina Tino Tobias Tom Tomasz Torben Torsten Traudl Udo Ueli Ulf Uli Ulla Ulrich Ulrike Urs Ursina
    Ursula Uschi Uta Ute Uwe Valentin Valentina Valerie Vanessa Veit Vera Verena Veronika Veronique Viktor Viktoria
    Vincent Vinzenz Viola Vivian Vivien Vladimir Volker Volkmar Vreni Walter Waltraud Wenke Wera Werner Wiebke Wieland
    Wilfried Wilhelm Willi Willy Winfried Wolf-Dieter Wolfgang Wolfram Xaver Yannick Yasmin Yusuf Yvonne Zeynep Zoe
    """.split()  # noqa: SIM905 - a list with quotes and commas is five times as long
)
